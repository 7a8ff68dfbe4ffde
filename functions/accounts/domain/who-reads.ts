/** Who looks after the money; a part of the system may read what they may. */
const READERS: readonly string[] = ['accountant', 'executive', 'admin', 'service'];

/** Whether somebody may read what happened on this person's account. */
export const mayRead = (reader: { readonly id: string; readonly role: string }, userId: string): boolean =>
  reader.id === userId || READERS.includes(reader.role);
