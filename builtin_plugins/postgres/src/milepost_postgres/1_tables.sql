-- Schema 1: the tables. {s} is the schema's name.
--
-- Text is compared by its bytes, which no update of the system's languages changes.

CREATE TABLE {s}.form (version int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());

CREATE TABLE {s}.project (
    key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    id text NOT NULL,
    origin text NOT NULL,
    made text NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    first bigint NOT NULL DEFAULT 1,
    number bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 40);

-- Positions go on from `position`, and back from `first` for what is brought back from before.
-- `body` is the document as JSON, without number and sequence, and without characters that are not ASCII.
-- `writer` and `turn` are of the last change: one that was overtaken by a later one of the same writer does nothing.
CREATE TABLE {s}.document (
    project int NOT NULL,
    position bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    number bigint,
    sequence bigint,
    run text COLLATE "C",
    workspace text COLLATE "C",
    app text COLLATE "C",
    stage text COLLATE "C",
    status text COLLATE "C",
    verb text COLLATE "C",
    target text COLLATE "C",
    presence text COLLATE "C",
    "user" text COLLATE "C",
    commit text COLLATE "C",
    store text COLLATE "C",
    labels text[] COLLATE "C",
    started timestamptz,
    writer bigint NOT NULL,
    turn bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (id, project)
) WITH (fillfactor = 90);

-- The project never comes first: of a table that it knows nothing of yet, the database would take any index that begins
-- with it to be as good as the right one.
CREATE INDEX document_all ON {s}.document (kind, project, position);
CREATE INDEX document_workspace ON {s}.document (workspace, kind, project, position);
CREATE INDEX document_app ON {s}.document (app, workspace, kind, project, position) WHERE app IS NOT NULL;
CREATE INDEX document_run ON {s}.document (run, project) WHERE run IS NOT NULL;
CREATE INDEX document_number ON {s}.document (number, project);
CREATE INDEX document_target ON {s}.document (target, project) WHERE target IS NOT NULL;
CREATE INDEX document_presence ON {s}.document (presence, app, workspace, project) WHERE presence IS NOT NULL;
CREATE INDEX document_status ON {s}.document (status, kind, project, position);
CREATE INDEX document_commit ON {s}.document (commit, project) WHERE commit IS NOT NULL;
CREATE INDEX document_user ON {s}.document ("user", kind, project, position) WHERE "user" IS NOT NULL;
CREATE INDEX document_store ON {s}.document (store, kind, project, position) WHERE store IS NOT NULL;
CREATE INDEX document_verb ON {s}.document (verb, kind, project, position) WHERE verb IS NOT NULL;
CREATE INDEX document_labels ON {s}.document USING gin (labels) WHERE labels IS NOT NULL;
CREATE INDEX document_started ON {s}.document (started, kind, project);
CREATE INDEX document_tail ON {s}.document (right(id, 4), kind, project);

CREATE TABLE {s}.sequence (
    project int, app text COLLATE "C", stage text COLLATE "C", value bigint NOT NULL,
    PRIMARY KEY (project, app, stage)
) WITH (fillfactor = 50);

CREATE TABLE {s}.cancel (project int, run text COLLATE "C", asked timestamptz NOT NULL, PRIMARY KEY (project, run));

-- The present holding of a lock, and each process that has a part in it, until when.
CREATE TABLE {s}.lock (
    project int, name text COLLATE "C", epoch bigint NOT NULL, owner text NOT NULL, PRIMARY KEY (project, name)
) WITH (fillfactor = 50);
CREATE TABLE {s}.holding (
    project int, name text COLLATE "C", token bigint, epoch bigint NOT NULL, expires timestamptz NOT NULL,
    PRIMARY KEY (project, name, token)
) WITH (fillfactor = 50);

-- A line is a JSON array: when, source, stream, text. Lines of what has ended are packed: a zlib stream of an array
-- of such arrays, the number before the rest of each.
CREATE TABLE {s}.output (
    project int, operation text COLLATE "C", number int, line text NOT NULL, PRIMARY KEY (project, operation, number)
);
CREATE TABLE {s}.packed (
    project int, operation text COLLATE "C", first int, last int NOT NULL, lines bytea NOT NULL,
    PRIMARY KEY (project, operation, first)
);
ALTER TABLE {s}.packed ALTER COLUMN lines SET STORAGE EXTERNAL;
