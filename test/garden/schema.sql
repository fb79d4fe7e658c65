-- `prisma migrate diff --from-empty --to-schema test/garden/schema.prisma --script`, and what Prisma does not make itself.
CREATE EXTENSION citext;

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "archive";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "colour_of" AS ENUM ('Red', 'Green', 'bleu');

-- CreateTable
CREATE TABLE "specimens" (
    "specimen_id" SERIAL NOT NULL,
    "int" INTEGER,
    "small" SMALLINT,
    "big" BIGINT,
    "float" DOUBLE PRECISION,
    "real" REAL,
    "decimal" DECIMAL(65,30),
    "money" DECIMAL(12,4),
    "moment" TIMESTAMP(3),
    "zoned" TIMESTAMPTZ(3),
    "day" DATE,
    "time" TIME(3),
    "bytes" BYTEA,
    "the_json" JSONB,
    "plain" JSON,
    "flag" BOOLEAN,
    "colour" "colour_of",
    "the_text" TEXT,
    "uuid" UUID,
    "citext" CITEXT,
    "varchar" VARCHAR(8),
    "char" CHAR(5),
    "inet" INET,
    "ints" INTEGER[],
    "bigs" BIGINT[],
    "floats" DOUBLE PRECISION[],
    "decimals" DECIMAL(65,30)[],
    "moments" TIMESTAMP(3)[],
    "blobs" BYTEA[],
    "jsons" JSONB[],
    "flags" BOOLEAN[],
    "colours" "colour_of"[],
    "the_texts" TEXT[],

    CONSTRAINT "specimens_pkey" PRIMARY KEY ("specimen_id")
);

-- CreateTable
CREATE TABLE "people" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "mentor" INTEGER,

    CONSTRAINT "people_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Profile" (
    "id" INTEGER NOT NULL,
    "bio" TEXT NOT NULL,
    "personId" INTEGER NOT NULL,

    CONSTRAINT "Profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Badge" (
    "id" INTEGER NOT NULL,
    "code" TEXT NOT NULL,
    "holderId" INTEGER,

    CONSTRAINT "Badge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Club" (
    "id" INTEGER NOT NULL,
    "title" TEXT NOT NULL,

    CONSTRAINT "Club_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Plant" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "growerId" INTEGER NOT NULL,
    "watererId" INTEGER,
    "row" INTEGER,
    "col" INTEGER,
    "kindId" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Plant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Bed" (
    "row" INTEGER NOT NULL,
    "col" INTEGER NOT NULL,
    "soil" TEXT NOT NULL,

    CONSTRAINT "Bed_pkey" PRIMARY KEY ("row","col")
);

-- CreateTable
CREATE TABLE "Kind" (
    "id" INTEGER NOT NULL,
    "the_code" TEXT NOT NULL,

    CONSTRAINT "Kind_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Label" (
    "id" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "kindCode" TEXT,

    CONSTRAINT "Label_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Labelling" (
    "plantId" INTEGER NOT NULL,
    "labelId" INTEGER NOT NULL,
    "weight" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Labelling_pkey" PRIMARY KEY ("plantId","labelId")
);

-- CreateTable
CREATE TABLE "archive"."visit_log" (
    "visit_no" BIGINT NOT NULL,
    "plant" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "remark" TEXT,

    CONSTRAINT "visit_log_pkey" PRIMARY KEY ("visit_no")
);

-- CreateTable
CREATE TABLE "_Friends" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_Friends_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "_ClubToPerson" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_ClubToPerson_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "specimens_uuid_key" ON "specimens"("uuid");

-- CreateIndex
CREATE UNIQUE INDEX "specimens_citext_key" ON "specimens"("citext");

-- CreateIndex
CREATE UNIQUE INDEX "specimens_varchar_key" ON "specimens"("varchar");

-- CreateIndex
CREATE UNIQUE INDEX "people_email_key" ON "people"("email");

-- CreateIndex
CREATE UNIQUE INDEX "Profile_personId_key" ON "Profile"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "Badge_holderId_key" ON "Badge"("holderId");

-- CreateIndex
CREATE UNIQUE INDEX "Plant_growerId_name_key" ON "Plant"("growerId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Kind_the_code_key" ON "Kind"("the_code");

-- CreateIndex
CREATE INDEX "_Friends_B_index" ON "_Friends"("B");

-- CreateIndex
CREATE INDEX "_ClubToPerson_B_index" ON "_ClubToPerson"("B");

-- AddForeignKey
ALTER TABLE "people" ADD CONSTRAINT "people_mentor_fkey" FOREIGN KEY ("mentor") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Profile" ADD CONSTRAINT "Profile_personId_fkey" FOREIGN KEY ("personId") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Badge" ADD CONSTRAINT "Badge_holderId_fkey" FOREIGN KEY ("holderId") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Plant" ADD CONSTRAINT "Plant_growerId_fkey" FOREIGN KEY ("growerId") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Plant" ADD CONSTRAINT "Plant_watererId_fkey" FOREIGN KEY ("watererId") REFERENCES "people"("id") ON DELETE SET NULL ON UPDATE SET NULL;

-- AddForeignKey
ALTER TABLE "Plant" ADD CONSTRAINT "Plant_row_col_fkey" FOREIGN KEY ("row", "col") REFERENCES "Bed"("row", "col") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Plant" ADD CONSTRAINT "Plant_kindId_fkey" FOREIGN KEY ("kindId") REFERENCES "Kind"("id") ON DELETE SET DEFAULT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Label" ADD CONSTRAINT "Label_kindCode_fkey" FOREIGN KEY ("kindCode") REFERENCES "Kind"("the_code") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Labelling" ADD CONSTRAINT "Labelling_plantId_fkey" FOREIGN KEY ("plantId") REFERENCES "Plant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Labelling" ADD CONSTRAINT "Labelling_labelId_fkey" FOREIGN KEY ("labelId") REFERENCES "Label"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "archive"."visit_log" ADD CONSTRAINT "visit_log_plant_fkey" FOREIGN KEY ("plant") REFERENCES "Plant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Friends" ADD CONSTRAINT "_Friends_A_fkey" FOREIGN KEY ("A") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_Friends" ADD CONSTRAINT "_Friends_B_fkey" FOREIGN KEY ("B") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_ClubToPerson" ADD CONSTRAINT "_ClubToPerson_A_fkey" FOREIGN KEY ("A") REFERENCES "Club"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_ClubToPerson" ADD CONSTRAINT "_ClubToPerson_B_fkey" FOREIGN KEY ("B") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- CreateView
CREATE VIEW "Overview" AS
SELECT "Plant"."id", "Plant"."name", count("visit_no") AS "visits"
FROM "Plant" LEFT JOIN "archive"."visit_log" ON "plant" = "Plant"."id"
GROUP BY "Plant"."id";
