import {Reporter} from './reporter.ts';

/** Tells neither the `progress` callback nor events of a copy; what must be known to clean up after it is still posted. */
export class SilentReporter extends Reporter {
	override step(): void {
		// There is nobody to hear it,
	}

	override tick(): void {
		// nor this,
	}

	override flush(): void {
		// so there is nothing to wait for.
	}
}
