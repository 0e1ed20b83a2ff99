/** Branded ids: a person's id cannot be handed to a parameter that wants an event's. */
declare const brand: unique symbol;
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

export type ProductionId = Branded<string, 'ProductionId'>;
/** The id a secretary knows an event by (`E026`); unique within its production. */
export type EventId = Branded<string, 'EventId'>;
export type PersonId = Branded<string, 'PersonId'>;
export type VenueId = Branded<string, 'VenueId'>;
export type GroupId = Branded<string, 'GroupId'>;
/** One linked calendar of one person at one provider, e.g. `C06-caldav`; unique in the store. */
export type CalendarId = Branded<string, 'CalendarId'>;
export type AccountId = Branded<string, 'AccountId'>;
/** 32 hex digits; see `copyKey` in model/identity.ts. */
export type CopyKey = Branded<string, 'CopyKey'>;
/** What the provider calls an item: an event id, or a CalDAV href (path, URL-decoded). */
export type RemoteId = Branded<string, 'RemoteId'>;
/** A provider's version tag (an ETag), opaque. */
export type Tag = Branded<string, 'Tag'>;
/** A provider's position in its change log, opaque to everyone but its connector. */
export type Cursor = Branded<string, 'Cursor'>;
export type AttemptId = Branded<string, 'AttemptId'>;
export type FindingId = Branded<string, 'FindingId'>;
export type OutboxId = Branded<string, 'OutboxId'>;

/** Milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

/** Turns checked text into an id. The only place where the brand is put on. */
export function brandId<Id extends Branded<string, string>>(text: string): Id {
  return text as Id;
}
