/** How callboard signs in to the providers, and where they are. */
import { z } from 'zod';
import { list, orNull, section, text, webAddress, webAddressText } from './values.ts';

const root = (standard: string) => text(webAddressText, webAddress).default(standard);

const domain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;
const domains = list(
  text('a mail domain, such as tidewrack.test', value => domain.test(value)).transform(value => value.toLowerCase()),
  'a list of mail domains, such as [tidewrack.test]',
).default([]);

const oauth = section({ clientId: text("the OAuth client's id"), clientSecret: text("the OAuth client's secret") });

const google = section({
  domains,
  serviceAccountKeyFile: orNull(text('the path of a key file')),
  oauth: orNull(oauth),
  apiRoot: root('https://www.googleapis.com/'),
  authUrl: root('https://accounts.google.com/o/oauth2/v2/auth'),
  tokenUrl: root('https://oauth2.googleapis.com/token'),
}).refine(given => given.serviceAccountKeyFile !== null || given.oauth !== null, {
  error: 'serviceAccountKeyFile, oauth, or both',
  path: ['serviceAccountKeyFile'],
});

const microsoft = section({
  domains,
  tenantId: text('the id of the directory (tenant)'),
  clientId: text('the id of the registered application'),
  clientSecret: orNull(text('the secret of the registered application')),
  certificateFile: orNull(text('the path of a certificate with its key')),
  authority: root('https://login.microsoftonline.com'),
  graphRoot: root('https://graph.microsoft.com/v1.0'),
}).refine(given => (given.clientSecret === null) !== (given.certificateFile === null), {
  error: 'clientSecret or certificateFile, one of the two',
  path: ['clientSecret'],
});

export const connectors = z
  .preprocess(given => given ?? {}, section({ google: orNull(google), microsoft: orNull(microsoft) }))
  .prefault({});
