/* global document, EventSource, FormData, fetch */
/** Shows the jobs of the server, which sends all of them first and then each one that changes. */

/** Finished jobs that are shown. */
const FINISHED = 20;

const jobs = new Map();
const items = new Map();

const find = (selector, parent = document) => parent.querySelector(selector);
const isFinished = ({state}) => state !== 'queued' && state !== 'active';
const format = new Intl.NumberFormat('en');

function connect() {
	const events = new EventSource('/events');
	const connection = find('#connection');
	events.addEventListener('open', () => {
		connection.textContent = 'Live';
	});
	// The browser connects again by itself, upon which all jobs are sent once more.
	events.addEventListener('error', () => {
		connection.textContent = 'The connection is lost. Trying again …';
	});
	events.addEventListener('jobs', ({data}) => {
		jobs.clear();
		for (const job of JSON.parse(data)) jobs.set(job.id, job);
		draw();
	});
	events.addEventListener('job', ({data}) => {
		const job = JSON.parse(data);
		jobs.set(job.id, job);
		draw();
		if (isFinished(job)) find('#news').textContent = `${job.name}: ${job.state}`;
	});
}

function draw() {
	const all = [...jobs.values()];
	const finished = all.filter(isFinished).sort((a, b) => b.endedAt.localeCompare(a.endedAt));
	for (const {id} of finished.splice(FINISHED)) jobs.delete(id);
	for (const [id, item] of items) {
		if (jobs.has(id)) continue;
		item.remove();
		items.delete(id);
	}

	drawList(
		'active',
		all.filter(({state}) => state === 'active'),
	);
	drawList(
		'queued',
		all.filter(({state}) => state === 'queued'),
	);
	drawList('finished', finished);
}

function drawList(id, list) {
	const element = find(`#${id}`);
	find('.count', element.parentElement).textContent = list.length === 0 ? '' : `(${list.length})`;
	for (const [index, job] of list.entries()) {
		const item = drawJob(job);
		// An item that is where it belongs is left there: moving it would take the focus off its button.
		if (element.children[index] !== item) element.insertBefore(item, element.children[index] ?? null);
	}
}

function drawJob(job) {
	const item = items.get(job.id) ?? makeItem(job);
	item.dataset.state = job.state;
	find('.state', item).textContent = job.state;
	find('.detail', item).textContent = describe(job);
	const bar = find('progress', item);
	bar.hidden = job.state !== 'active';
	bar.value = job.total === 0 ? 0 : 1 - job.remaining / job.total;
	bar.setAttribute('aria-label', `Progress of ${job.name}`);
	find('.abort', item).hidden = isFinished(job);
	return item;
}

function makeItem({id, name}) {
	const item = find('#job').content.firstElementChild.cloneNode(true);
	find('.name', item).textContent = name;
	const abort = find('.abort', item);
	abort.setAttribute('aria-label', `Abort ${name}`);
	abort.addEventListener('click', async () => {
		abort.disabled = true;
		// 409: it has ended meanwhile, as the page shows by itself.
		await request(`/backups/${id}`, {method: 'DELETE'}, [409]);
		abort.disabled = false;
	});
	items.set(id, item);
	return item;
}

function describe({state, remaining, total, startedAt, result, error}) {
	if (state === 'queued') return 'Waits for its turn';
	if (state === 'active' && total === 0) return 'Starting';
	if (state === 'active') {
		const done = total - remaining;
		const pages = `${Math.floor((100 * done) / total)} %, ${format.format(done)} of ${format.format(total)} pages`;
		const elapsed = (Date.now() - Date.parse(startedAt)) / 1000;
		const left = Math.ceil((elapsed * remaining) / done);
		return done === 0 || remaining === 0 ? pages : `${pages}, about ${format.format(left)} s left`;
	}

	if (state === 'completed') {
		const megabytes = format.format(result.bytes / 1e6);
		return `${megabytes} MB in ${format.format(result.durationMs / 1000)} s, by ${result.strategy}`;
	}

	return error.code === undefined ? error.message : `${error.code}: ${error.message}`;
}

async function request(url, options, expected = []) {
	const problem = find('#problem');
	problem.textContent = '';
	try {
		const response = await fetch(url, options);
		if (!response.ok && !expected.includes(response.status)) problem.textContent = (await response.json()).message;
	} catch {
		problem.textContent = 'The server does not answer.';
	}
}

find('#start').addEventListener('submit', async (event) => {
	event.preventDefault();
	const maxRate = new FormData(event.target).get('maxRate');
	await request('/backups', {
		method: 'POST',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify(maxRate === '' ? {} : {maxRate: Number(maxRate)}),
	});
});

connect();
