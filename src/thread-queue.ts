import type {TaskQueue} from 'piscina';

type Task = NonNullable<ReturnType<TaskQueue['shift']>>;

/** Piscina's queue, in our hands, because Piscina leaves a task in it that it has refused by throwing. */
export class ThreadQueue implements TaskQueue {
	readonly #tasks: Task[] = [];

	get size(): number {
		return this.#tasks.length;
	}

	push(task: Task): void {
		this.#tasks.push(task);
	}

	shift(): Task | null {
		return this.#tasks.shift() ?? null;
	}

	remove(task: Task): void {
		const index = this.#tasks.indexOf(task);
		if (index !== -1) this.#tasks.splice(index, 1);
	}

	/** Forgets the task that was pushed last: nobody has its promise. */
	pop(): void {
		this.#tasks.pop();
	}
}
