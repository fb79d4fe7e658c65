import { PassThrough } from 'node:stream'
import t from 'tap'
import { createProgress } from '../../src/terminal/progress.ts'

/** Two streams, and all that has been written to them. */
function createStreams(terminal: { stdout: boolean; stderr: boolean }) {
  const stdout = Object.assign(new PassThrough(), { isTTY: terminal.stdout })
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal.stderr })
  const written = (stream: PassThrough) => String(stream.read() ?? '')
  return { streams: { stdout, stderr }, stdout: () => written(stdout), stderr: () => written(stderr) }
}

t.test('a terminal gets a bar, which makes way at the end', async (t) => {
  const { streams, stdout } = createStreams({ stdout: true, stderr: true })
  const progress = createProgress(streams)
  progress.update(1, 4, '1 of 4')
  progress.stop()
  const text = stdout()
  t.match(text, /25% \| 1 of 4/)
  t.ok(text.endsWith('\x1b[1G\x1b[0J'), 'the bar is wiped away')
})

t.test('on one terminal, notes come above the bar, and none is lost at the end', async (t) => {
  const { streams, stdout, stderr } = createStreams({ stdout: true, stderr: true })
  const progress = createProgress(streams)
  progress.note('one')
  progress.note('two')
  progress.stop()
  t.match(stdout(), /one\ntwo\n/)
  t.equal(stderr(), '')
})

t.test('notes go to a file, if that is where errors go, while the terminal shows the bar', async (t) => {
  const { streams, stdout, stderr } = createStreams({ stdout: true, stderr: false })
  const progress = createProgress(streams)
  progress.note('one')
  progress.stop()
  t.equal(stderr(), 'one\n')
  t.notMatch(stdout(), /one/)
})

t.test('a bar leaves signals alone, so that Ctrl-C ends the process', async (t) => {
  const before = process.listenerCount('SIGINT')
  const progress = createProgress(createStreams({ stdout: true, stderr: true }).streams)
  t.equal(process.listenerCount('SIGINT'), before)
  progress.stop()
})

t.test('elsewhere there is a plain line for each tenth of the way', async (t) => {
  const { streams, stdout, stderr } = createStreams({ stdout: false, stderr: false })
  const progress = createProgress(streams)
  for (let done = 1; done <= 100; done++) progress.update(done, 100, `${done} done`)
  progress.note('careful')
  progress.stop()
  t.equal(stdout(), [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((done) => `${done} done\n`).join(''))
  t.equal(stderr(), 'careful\n')
})
