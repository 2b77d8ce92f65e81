import {VERIFY_DEPTHS} from '../../options.ts';

const DEPTHS: readonly string[] = VERIFY_DEPTHS;

/**
 * Spells `--verify` out as `--verify=full` where no depth follows. commander would take the next word for the depth,
 * which in `copy --verify app.db backups/app.db` is the source.
 */
export function spellOutVerify(args: readonly string[]): string[] {
	const end = args.indexOf('--');
	return args.map((arg, index) => {
		const isOption = arg === '--verify' && (end === -1 || index < end);
		return isOption && !DEPTHS.includes(args[index + 1] ?? '') ? '--verify=full' : arg;
	});
}
