import { describe, expect, it } from 'vitest';
import { generic } from './platforms/generic/generic.js';
import { suggestCaptions } from './suggest-captions.js';
import { requestWith, sourceOf } from './test-support.js';

const suggestionsFor = (bodies: object[], captions: Record<string, string | null> = {}) => {
  const events = bodies.flatMap((body) => [
    ...generic.parse(requestWith({ contact_id: 1, ...body }), sourceOf(generic)),
  ]);
  return suggestCaptions(events, captions, 'ES');
};
const suggested = (bodies: object[], captions: Record<string, string | null> = {}) =>
  Object.fromEntries(
    suggestionsFor(bodies, captions).captions.map(({ caption, suggestion }) => [
      caption,
      suggestion?.attribute ?? null,
    ]),
  );

describe('suggestCaptions', () => {
  it('goes by what all values look like, then by the name', () => {
    expect(
      suggested([
        { Contacto: 'a@mail.test', Llamar: '612 345 678', Apellidos: 'Ruiz', Nota: 'x', 'Código postal': '28013' },
        { Contacto: 'b@mail.test', Llamar: '+34 612 345 679', Nota: '+34 612 345 679' },
      ]),
    ).toEqual({ Contacto: 'email', Llamar: 'phone', Apellidos: 'lastName', Nota: null, 'Código postal': null });
  });

  it('has nothing to say where the mapping is right already, or one value does not fit', () => {
    expect(suggested([{ Contacto: 'a@mail.test' }, { Contacto: 'none' }])).toEqual({ Contacto: null });
    expect(suggested([{ Contacto: 'a@mail.test' }], { Contacto: 'email' })).toEqual({ Contacto: null });
  });

  it('counts how often a caption came, and names those that get into each other’s way', () => {
    const { captions, clashes } = suggestionsFor([{ Plan: 'a' }, { Plan: 'b' }, { Tarifa: 'c' }], { Tarifa: 'plan' });
    expect(captions[0]).toMatchObject({ caption: 'Plan', attribute: 'plan', seen: 2, example: 'a' });
    expect(clashes).toEqual([{ attribute: 'plan', captions: ['Plan', 'Tarifa'] }]);
  });
});
