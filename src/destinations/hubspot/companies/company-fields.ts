const prefix = 'company.';

/** `company.domain` → `domain`; null for a field of the contact itself. */
export const companyOf = (field: string): string | null =>
  field.startsWith(prefix) ? field.slice(prefix.length) : null;

export const ofCompany = (property: string): string => `${prefix}${property}`;

/**
 * HubSpot does not keep a company's `domain` unique, so two searches at once could make two companies. What we create carries the domain in
 * this property of ours, which is unique, and is found by it.
 */
export const companyKeyProperty = {
  name: 'parley_domain',
  label: 'Domain (Parley)',
  type: 'string',
  key: true,
} as const;
