/** Where one kind of person is kept at Salesforce, and what the fields that mean the same are called there. */
export interface PersonKind {
  readonly id: 'Contact' | 'Lead' | 'PersonAccount';
  /** The object as the API knows it. */
  readonly sobject: 'Contact' | 'Lead' | 'Account';
  readonly label: string;
  /** What the ids of its records begin with. */
  readonly idPrefix: string;
  readonly email: string;
  /** The likeliest first. */
  readonly phones: readonly string[];
  readonly emailOptOut: string;
  readonly doNotCall: string;
  /** Without these nobody is made; a stop-gap of the settings stands in for what is not known. */
  readonly demanded: readonly string[];
  /** A person account has its company fields in the same record, a lead is none of a company's people yet. */
  readonly hasAccount: boolean;
}

export const personKinds = {
  Contact: {
    id: 'Contact',
    sobject: 'Contact',
    label: 'Contact',
    idPrefix: '003',
    email: 'Email',
    phones: ['MobilePhone', 'Phone'],
    emailOptOut: 'HasOptedOutOfEmail',
    doNotCall: 'DoNotCall',
    demanded: ['LastName'],
    hasAccount: true,
  },
  Lead: {
    id: 'Lead',
    sobject: 'Lead',
    label: 'Lead',
    idPrefix: '00Q',
    email: 'Email',
    phones: ['MobilePhone', 'Phone'],
    emailOptOut: 'HasOptedOutOfEmail',
    doNotCall: 'DoNotCall',
    demanded: ['LastName', 'Company'],
    hasAccount: false,
  },
  PersonAccount: {
    id: 'PersonAccount',
    sobject: 'Account',
    label: 'Person account',
    idPrefix: '001',
    email: 'PersonEmail',
    phones: ['PersonMobilePhone', 'Phone'],
    emailOptOut: 'PersonHasOptedOutOfEmail',
    doNotCall: 'PersonDoNotCall',
    demanded: ['LastName'],
    hasAccount: false,
  },
} as const satisfies Record<PersonKind['id'], PersonKind>;

/** What a mapping may write to. */
export const mappedObjects = ['Contact', 'Lead', 'LeadThenContact', 'PersonAccount'] as const;
export type MappedObject = (typeof mappedObjects)[number];

/** Where a person of a mapping may be found, in the order of looking; the last one is where a new person is made. */
const kindsOfObject = {
  Contact: [personKinds.Contact],
  Lead: [personKinds.Lead],
  LeadThenContact: [personKinds.Contact, personKinds.Lead],
  PersonAccount: [personKinds.PersonAccount],
} as const satisfies Record<MappedObject, readonly PersonKind[]>;

export const isMappedObject = (object: string): object is MappedObject =>
  mappedObjects.some((known) => known === object);

/** An object that is none of ours, such as `Account`, has no people in it. */
export const kindsOf = (object: string): readonly PersonKind[] => (isMappedObject(object) ? kindsOfObject[object] : []);

/** Where a mapping's new people are made. */
export const birthplaceOf = (object: string): PersonKind => kindsOf(object).at(-1) ?? personKinds.Contact;
