/** How callboard is registered with Microsoft, and where Microsoft is. Plain data; addresses without a slash at the end. */

export type MicrosoftSettings = Readonly<{
  /** The directory in which the application is registered. */
  tenantId: string;
  clientId: string;
  clientSecret: string | null;
  /** PEM; one text may hold both. */
  certificate: Readonly<{ key: string; certificate: string }> | null;
  /** `https://login.microsoftonline.com`; plain http is taken only for a sandbox on this machine. */
  authority: string;
  /** `https://graph.microsoft.com/v1.0` */
  graphRoot: string;
}>;
