import {messageOf} from '../../src/message.js';

/** What a program can be called for. Arguments and results cross processes, so they are plain data. */
export type Methods<M> = {readonly [Name in keyof M]: (...args: never[]) => Promise<unknown>};

export interface Call {
	readonly method: string;
	readonly args: readonly unknown[];
}

/** Instead of a call: there will be no more. */
export const END = 'end';

export type Answer = Done | Failed;

interface Done {
	readonly type: 'done';
	readonly value: unknown;
}

interface Failed {
	readonly type: 'failed';
	readonly error: string;
}

/** Answers the calls of the process that started this one, and ends with it. */
export function serve<M extends Methods<M>>(methods: M): void {
	const table = new Map<string, (...args: never[]) => Promise<unknown>>(Object.entries(methods));

	process.on('message', (message: Call | typeof END) => {
		if (message === END) process.exit();
		const {method, args} = message;
		const run = async (): Promise<unknown> => {
			const action = table.get(method);
			if (action === undefined) throw new Error(`There is no method ${method}`);
			// The caller is typed by the same `M`.
			return await action(...(args as never[]));
		};
		run().then(
			(value) => {
				answer({type: 'done', value});
			},
			(error: unknown) => {
				answer({type: 'failed', error: messageOf(error)});
			},
		);
	});
	process.once('disconnect', () => process.exit());
}

function answer(message: Answer): void {
	process.send?.(message);
}
