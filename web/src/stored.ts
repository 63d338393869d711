/** What the page remembers in the browser. Where that is forbidden, it remembers nothing. */

/** A value that is kept until the browser forgets it, or `session`: until the page is closed. */
export class Stored {
  private readonly name: string;
  private readonly kind: "local" | "session";

  constructor(name: string, kind: "local" | "session" = "local") {
    this.name = `nmt.${name}`;
    this.kind = kind;
  }

  get value(): string | undefined {
    try {
      return this.storage.getItem(this.name) ?? undefined;
    } catch {
      return undefined;
    }
  }

  set value(value: string | undefined) {
    try {
      if (value === undefined) this.storage.removeItem(this.name);
      else this.storage.setItem(this.name, value);
    } catch {
      // Not kept, then.
    }
  }

  private get storage(): Storage {
    return this.kind === "local" ? localStorage : sessionStorage;
  }
}
