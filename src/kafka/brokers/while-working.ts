/** Waits for `work`, and does something every so often meanwhile: tells the group that we live. */
export async function whileWorking(
  work: Promise<void>,
  { everyMs, beat }: { everyMs: number; beat: () => Promise<void> },
): Promise<void> {
  let isDone = false
  let wake = () => {}
  const end = () => {
    isDone = true
    wake()
  }
  work.then(end, end)
  while (!isDone) {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      wake = resolve
      timer = setTimeout(resolve, everyMs)
    })
    clearTimeout(timer)
    if (!isDone) await beat()
  }
  await work
}
