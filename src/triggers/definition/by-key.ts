import { z } from 'zod';

/**
 * One of several shapes, told apart by the key that names it (`wait`, `do`, `branch`), so that the errors are about the shape that was
 * meant and not about all of them.
 */
export function byKey<Shapes extends Readonly<Record<string, z.ZodType>>>(
  what: string,
  shapes: Shapes,
): z.ZodType<z.output<Shapes[keyof Shapes & string]>> {
  const keys = Object.keys(shapes);
  return z.unknown().transform((input, context): z.output<Shapes[keyof Shapes & string]> => {
    const key = typeof input === 'object' && input !== null ? keys.find((each) => each in input) : undefined;
    const shape = key === undefined ? undefined : shapes[key];
    if (shape === undefined) {
      context.addIssue(`${what} must have one of the keys ${keys.join(', ')}`);
      return z.NEVER;
    }
    const read = shape.safeParse(input);
    if (read.success) return read.data as z.output<Shapes[keyof Shapes & string]>; // the schema of this very key
    for (const { path, message } of read.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  });
}
