/** ManyChat contacts as a bot sends them: full contact data, with what changes from message to message filled in. */
export function contactBodies(contacts: number): () => string {
  const halves = Array.from({ length: contacts }, (_unused, index) => halvesOf(index));
  let sent = 0;
  return () => {
    const [before, after] = halves[(sent * 7_919) % contacts] ?? ['', ''];
    sent += 1;
    return `${before}message ${sent}${after}`;
  };
}

const marker = '\u{1F4AC}';
const plans = ['free', 'pro', 'team'];

function halvesOf(index: number): readonly [string, string] {
  const id = String(1_600_000_000 + index);
  const text = JSON.stringify({
    key: `user:${id}`,
    id,
    page_id: '104000000000001',
    user_refs: [],
    status: 'active',
    first_name: `First${index}`,
    last_name: `Last${index}`,
    name: `First${index} Last${index}`,
    gender: null,
    profile_pic: null,
    locale: null,
    language: 'English',
    timezone: 'UTC+02',
    live_chat_url: `https://app.manychat.com/fb104000000000001/chat/${id}`,
    last_input_text: marker,
    optin_phone: false,
    optin_email: true,
    optin_whatsapp: true,
    phone: null,
    email: `person${index}@bench.test`,
    whatsapp_phone: `+44740${String(1_000_000 + index)}`,
    subscribed: '2026-03-02T09:10:11-06:00',
    last_interaction: null,
    ig_last_interaction: null,
    custom_fields: {
      plan: plans[index % 3],
      budget: index % 900,
      birthday: '1990-05-04',
      newsletter: index % 2 === 0,
      note: marker,
    },
  });
  const [before = '', middle = '', after = ''] = text.split(marker);
  return [`${before}x${middle}`, after];
}
