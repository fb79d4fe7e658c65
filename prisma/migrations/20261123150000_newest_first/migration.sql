-- For `sort=-publishedYear`, where books of no known year come last: the ascending index, read backwards, has them first.
CREATE INDEX "Book_newest_first_idx" ON "Book"("publishedYear" DESC NULLS LAST, "id" DESC);
