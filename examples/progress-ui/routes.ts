import {readFileSync} from 'node:fs';
import type {FastifyInstance} from 'fastify';

const FILES = [
	{url: '/', file: 'index.html', type: 'text/html; charset=utf-8'},
	{url: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8'},
	{url: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8'},
] as const;

/** `GET /`: a page that shows the jobs of the server live, from its `/events`. */
export function addProgressPage(app: FastifyInstance): void {
	for (const {url, file, type} of FILES) {
		const content = readFileSync(new URL(`page/${file}`, import.meta.url));
		app.get(url, (_request, reply) =>
			reply
				.type(type)
				// These files and no others, and in no other site's frame. The page has an empty icon inline.
				.header('content-security-policy', "default-src 'self'; img-src data:; frame-ancestors 'none'")
				.header('x-content-type-options', 'nosniff')
				.send(content),
		);
	}
}
