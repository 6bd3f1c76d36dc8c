/** The fastest kernel that can serve. */
import type { Kernel, KernelOptions } from './kernel.ts'
import { twinKernel } from './twin.ts'
import { wasmKernel } from './wasm.ts'

export function newKernel(options: KernelOptions): Kernel {
  return wasmKernel(options) ?? twinKernel(options)
}
