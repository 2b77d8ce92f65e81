/**
 * What crosses between a worker and its child process, both ways: a task a line on the child's standard input, messages a
 * line on its standard output, the last of which is the answer.
 */
import type {CloneAnswer, CloneOrder} from '../clone/clone-pair.ts';
import type {VerifyAnswer, VerifyQuestion} from '../verify/check.ts';
import type {VacuumAnswer, VacuumOrder} from '../vacuum/vacuum-into.ts';

/** Each task with what it is told and what it answers. */
export interface Tasks {
	readonly verify: {readonly order: VerifyQuestion; readonly answer: VerifyAnswer};
	readonly clone: {readonly order: CloneOrder; readonly answer: CloneAnswer};
	readonly vacuum: {readonly order: VacuumOrder; readonly answer: VacuumAnswer};
}

export type TaskName = keyof Tasks;

/** A task as it is sent. */
export type Task = {[Name in TaskName]: {readonly task: Name; readonly order: Tasks[Name]['order']}}[TaskName];

/** The child has started and waits for a task. */
export interface ReadyMessage {
	readonly type: 'ready';
}

/** So many bytes are copied. */
export interface CopyingMessage {
	readonly type: 'copying';
	readonly bytes: number;
}

/** The source is not needed any more: its lock can be let go. */
export interface CopiedMessage {
	readonly type: 'copied';
}

export interface AnswerMessage<Name extends TaskName = TaskName> {
	readonly type: 'answer';
	readonly answer: Tasks[Name]['answer'];
}

/** What a child tells in the middle of a task. */
export type News = CopyingMessage | CopiedMessage;

export type ChildMessage<Name extends TaskName = TaskName> = ReadyMessage | News | AnswerMessage<Name>;

/**
 * A message as it crosses the pipe. Node.js takes two characters of Unicode for ends of lines, which JSON leaves as they are.
 *
 * @see https://nodejs.org/api/readline.html#event-line
 */
export function toLine(message: unknown): string {
	return `${JSON.stringify(message)
		.replaceAll('\u2028', String.raw`\u2028`)
		.replaceAll('\u2029', String.raw`\u2029`)}\n`;
}
