/**
 * The memory that a container may have, or a service of systemd: the lowest limit of our control
 * group and of those around it, which the kernel holds us to long before the machine's memory ends.
 *
 *   version 2   0::/a/b           /sys/fs/cgroup/a/b/memory.max                     "max" or bytes
 *   version 1   4:memory:/a/b     /sys/fs/cgroup/memory/a/b/memory.limit_in_bytes   bytes
 *
 * Inside a container the path may be the host's, while only the container's own group is to be seen,
 * as the root: files that are not there say nothing.
 */
export function groupLimit(read: (path: string) => string | undefined): number | undefined {
  let limit = Infinity
  for (const line of read('/proc/self/cgroup')?.split('\n') ?? []) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined) continue
    const isFirstVersion = controllers!.split(',').includes('memory')
    if (!isFirstVersion && controllers !== '') continue
    const root = isFirstVersion ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup'
    const name = isFirstVersion ? 'memory.limit_in_bytes' : 'memory.max'
    for (const group of groupsAround(path)) {
      const bytes = Number.parseInt(read(`${root}${group}/${name}`) ?? '', 10)
      if (bytes < limit) limit = bytes
    }
  }
  return limit === Infinity ? undefined : limit
}

/** The group itself, those around it, and the root, which is ''. */
function groupsAround(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '')
  return [...names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`), '']
}
