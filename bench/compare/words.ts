import type {Outcome, Rejected} from '../callers/copying.js';
import {figure} from '../harness/format.js';
import type {Found, FoundFile} from './target.js';

/** What a copy reported, and what there is. */
export function endWords(outcome: Outcome, found: Found): string {
	switch (outcome.state) {
		case 'pending':
			return `no end in ${figure(outcome.seconds)} s`;
		case 'rejected':
			return `fails: ${reasonWords(outcome)}; ${leftWords(found)}`;
		case 'fulfilled':
			return found.target?.content === 'new copy' ? 'copies' : `reports success, ${leftWords(found)}`;
	}
}

/** What files are left, for a target that was new. */
export function filesWords(files: readonly FoundFile[]): string {
	if (files.length === 0) return 'nothing left';
	return `leaves ${files.map(fileWords).join(' and ')}`;
}

function leftWords({files, target}: Found): string {
	if (target === undefined) return 'no file';
	if (target.content === 'old copy') return target.untouched ? 'old copy untouched' : 'old copy kept';
	return filesWords(files);
}

function fileWords({name, bytes}: FoundFile): string {
	if (name.endsWith('-journal')) return 'a journal';
	if (!name.endsWith('.db')) return name;
	return bytes === 0 ? 'an empty file' : 'part of a file';
}

/** A code where it says something, otherwise the message without what stands around it. */
function reasonWords({code, message}: Rejected): string {
	if (code !== undefined && /^(SQLITE|ERR_BACKUP)_/.test(code)) return code;
	const [last = message] = message.trim().split('\n').toReversed();
	return `"${last.replace(/^.*Error: /, '')}"`;
}
