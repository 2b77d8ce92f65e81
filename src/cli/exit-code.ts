/** What the exit code of `sqlite-hotcopy` says. `docs/cli.md` and every `--help` list them. */
export const EXIT_CODE = {
	ok: 0,
	failed: 1,
	/** Nothing was started. */
	usage: 2,
	/** 128 and the number of the signal, as shells have it. */
	SIGHUP: 129,
	SIGINT: 130,
	brokenPipe: 141,
	SIGTERM: 143,
} as const;

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];

export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    failed: a copy was not made, a database is damaged
  2    the command line is wrong, and nothing was started
  129  stopped because its terminal was closed (SIGHUP)
  130  stopped by Ctrl-C (SIGINT)
  141  stopped because nobody reads its output any more (as by "| head")
  143  stopped by SIGTERM`;
