/** What is about the service and not of it: it answers without the database, and is not counted with what clients ask. */
const BESIDE = /^\/(?:cache|docs|health|metrics)(?:[/?]|$)/

export const isBesideApi = (url: string): boolean => BESIDE.test(url)
