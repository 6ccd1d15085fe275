/** The running service that the demo plays with, seen from outside: everything goes over HTTP, as for anybody else. */
export interface DemoTarget {
  readonly url: string;
  readonly apiKey: string;
  /** Of the sources in config/demo.yaml. */
  readonly secret: string;
  readonly sandboxes: readonly { readonly id: string; readonly title: string; readonly origin: string }[];
}

export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Asks the service's API, or a sandbox. @throws Error with the answer when it is none of 2xx */
export async function fetchJson(url: string, apiKey?: string): Promise<unknown> {
  const response = await fetch(url, apiKey === undefined ? {} : { headers: { authorization: `Bearer ${apiKey}` } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
