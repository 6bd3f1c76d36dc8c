/** The version of package.json; a test holds them equal, and reading that file costs a permission. */
export const version = '0.1.0'
