// The types of what the API takes and answers, web/types/api.d.ts, from its description. With --check nothing is written: fails if it
// would be another text.
import { readFile, writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';

const root = new URL('../../', import.meta.url);
const place = new URL('web/types/api.d.ts', root);
const { openapi: version, info, components } = JSON.parse(await readFile(new URL('docs/openapi.json', root), 'utf8'));
// The page names shapes, no operations.
const found = await openapi({ openapi: version, info, paths: {}, components: { schemas: components.schemas } });
const text = `// What the API takes and answers, made of docs/openapi.json by \`npm run api\` in web/test. Not changed by hand.\n\n${astToString(found)}`;
if (!process.argv.includes('--check')) await writeFile(place, text);
else if ((await readFile(place, 'utf8')) !== text) throw new Error('web/types/api.d.ts is not what the API answers any more: npm run api');
