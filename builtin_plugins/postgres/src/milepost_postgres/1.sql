-- Schema 1. {s} is the schema's name, {c} how the channels of its projects begin.
--
-- Whatever writes is one function and one transaction, so that a client that vanishes leaves nothing open. Each first
-- changes the row of its project and thereby waits for the others: positions are in the order of the commits, and who
-- has that row sees leases as they stay until its commit. Text is compared by its bytes, which no update of the
-- system's languages changes.

CREATE TABLE {s}.form (version int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());

CREATE TABLE {s}.project (
    key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    id text NOT NULL,
    origin text NOT NULL,
    made text NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    number bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 40);

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
    PRIMARY KEY (project, id)
) WITH (fillfactor = 90);

CREATE INDEX document_all ON {s}.document (project, kind, position);
CREATE INDEX document_workspace ON {s}.document (project, workspace, kind, position);
CREATE INDEX document_app ON {s}.document (project, app, workspace, kind, position) WHERE app IS NOT NULL;
CREATE INDEX document_run ON {s}.document (project, run) WHERE run IS NOT NULL;
CREATE INDEX document_number ON {s}.document (project, number);
CREATE INDEX document_target ON {s}.document (project, target) WHERE target IS NOT NULL;
CREATE INDEX document_presence ON {s}.document (project, app, workspace, presence) WHERE presence IS NOT NULL;
CREATE INDEX document_running ON {s}.document (project, kind, position) WHERE status = 'running';
CREATE INDEX document_commit ON {s}.document (project, commit) WHERE commit IS NOT NULL;
CREATE INDEX document_user ON {s}.document (project, "user", kind, position) WHERE "user" IS NOT NULL;
CREATE INDEX document_store ON {s}.document (project, store, kind, position) WHERE store IS NOT NULL;
CREATE INDEX document_labels ON {s}.document USING gin (labels) WHERE labels IS NOT NULL;
CREATE INDEX document_started ON {s}.document (project, kind, started);
CREATE INDEX document_tail ON {s}.document (project, right(id, 4));

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

-- Draw the project's next version, which makes all other writers of the project wait for this transaction's end, and
-- wake those who watch. A database that is set to forget what it acknowledged is told not to.
CREATE FUNCTION {s}.begin(_project int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE _position bigint;
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    UPDATE {s}.project SET version = version + 1 WHERE key = _project RETURNING position INTO STRICT _position;
    PERFORM pg_notify('{c}' || _project, '');
    RETURN _position;
END $$;

-- Return the epoch of the present holding of a lock, or null if it is free.
CREATE FUNCTION {s}.held(_project int, _name text) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT l.epoch FROM {s}.lock l
    WHERE l.project = _project AND l.name = _name AND EXISTS (
        SELECT FROM {s}.holding h WHERE h.project = _project AND h.name = _name AND h.epoch = l.epoch
        AND h.expires > clock_timestamp())
$$;

-- Refuse when one of the leases is not the present holding.
CREATE FUNCTION {s}.fenced(_project int, _leases json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE _lease record;
BEGIN
    FOR _lease IN SELECT * FROM json_to_recordset(_leases) AS lease(name text, epoch bigint) LOOP
        IF {s}.held(_project, _lease.name) IS DISTINCT FROM _lease.epoch THEN
            RAISE EXCEPTION USING ERRCODE = 'MP001', MESSAGE = 'a lease was lost', DETAIL = json_build_object(
                'name', _lease.name, 'owner', (SELECT owner FROM {s}.lock WHERE project = _project
                    AND name = _lease.name AND {s}.held(_project, _lease.name) IS NOT NULL))::text;
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION {s}.append(_project int, _leases json, _writer bigint, _turn bigint, _document json) RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _given record;
    _position bigint;
    _number bigint;
    _sequence bigint;
BEGIN
    SELECT * INTO _given FROM json_to_record(_document) AS given(
        id text, kind text, run text, workspace text, app text, stage text, status text, verb text, target text,
        presence text, "user" text, commit text, store text, labels text[], started timestamptz, body text);
    SELECT number INTO _number FROM {s}.document WHERE project = _project AND id = _given.id;
    IF FOUND THEN
        RETURN _number;
    END IF;
    _position := {s}.begin(_project) + 1;
    IF _leases IS NOT NULL THEN
        PERFORM {s}.fenced(_project, _leases);
    END IF;
    IF _given.kind = 'run' THEN
        UPDATE {s}.project SET position = _position, number = number + 1 WHERE key = _project
            RETURNING number INTO _number;
    ELSE
        UPDATE {s}.project SET position = _position WHERE key = _project;
        SELECT number INTO _number FROM {s}.document WHERE project = _project AND id = _given.run;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'MP002', MESSAGE = 'no such run',
                DETAIL = json_build_object('id', _given.id, 'run', _given.run)::text;
        END IF;
    END IF;
    IF _given.kind = 'operation' AND _given.app IS NOT NULL AND _given.stage IS NOT NULL THEN
        INSERT INTO {s}.sequence AS s VALUES (_project, _given.app, _given.stage, 1)
            ON CONFLICT (project, app, stage) DO UPDATE SET value = s.value + 1 RETURNING s.value INTO _sequence;
    END IF;
    INSERT INTO {s}.document VALUES (
        _project, _position, _given.id, _given.kind, _number, _sequence, _given.run, _given.workspace, _given.app,
        _given.stage, _given.status, _given.verb, _given.target, _given.presence, _given."user", _given.commit,
        _given.store, _given.labels, _given.started, _writer, _turn, _given.body)
        ON CONFLICT (project, id) DO NOTHING;
    IF NOT FOUND THEN
        -- The same call, made again before this one was over, came first; made once more it finds that.
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure', MESSAGE = 'appended meanwhile';
    END IF;
    RETURN _number;
END $$;

CREATE FUNCTION {s}.amend(_project int, _leases json, _writer bigint, _turn bigint, _documents json) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE _missing text;
BEGIN
    PERFORM {s}.begin(_project);
    IF _leases IS NOT NULL THEN
        PERFORM {s}.fenced(_project, _leases);
    END IF;
    SELECT given.id INTO _missing FROM json_to_recordset(_documents) AS given(id text)
        WHERE NOT EXISTS (SELECT FROM {s}.document d WHERE d.project = _project AND d.id = given.id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'MP003', MESSAGE = 'no such document',
            DETAIL = json_build_object('id', _missing)::text;
    END IF;
    UPDATE {s}.document d SET
        kind = given.kind, run = given.run, workspace = given.workspace, app = given.app, stage = given.stage,
        status = given.status, verb = given.verb, target = given.target, presence = given.presence,
        "user" = given."user", commit = given.commit, store = given.store, labels = given.labels,
        started = given.started, writer = _writer, turn = _turn, body = given.body
    FROM json_to_recordset(_documents) AS given(
        id text, kind text, run text, workspace text, app text, stage text, status text, verb text, target text,
        presence text, "user" text, commit text, store text, labels text[], started timestamptz, body text)
    WHERE d.project = _project AND d.id = given.id AND NOT (d.writer = _writer AND d.turn > _turn);
END $$;

CREATE FUNCTION {s}.admit(_project int, _writer bigint, _turn bigint, _documents json) RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _position bigint := {s}.begin(_project);
    _count bigint;
BEGIN
    INSERT INTO {s}.document
    SELECT _project, _position + row_number() OVER (ORDER BY given.place), given.id, given.kind, given.number,
        given.sequence, given.run, given.workspace, given.app, given.stage, given.status, given.verb, given.target,
        given.presence, given."user", given.commit, given.store, given.labels, given.started, _writer, _turn, given.body
    FROM json_to_recordset(_documents) AS given(
        place int, number bigint, sequence bigint,
        id text, kind text, run text, workspace text, app text, stage text, status text, verb text, target text,
        presence text, "user" text, commit text, store text, labels text[], started timestamptz, body text)
    WHERE NOT EXISTS (SELECT FROM {s}.document d WHERE d.project = _project AND d.id = given.id);
    GET DIAGNOSTICS _count = ROW_COUNT;
    UPDATE {s}.project SET position = _position + _count, number = greatest(number, (
        SELECT max(given.number) FROM json_to_recordset(_documents) AS given(number bigint, store text)
        WHERE given.store IS NULL)) WHERE key = _project;
    INSERT INTO {s}.sequence AS s SELECT _project, given.app, given.stage, max(given.sequence)
        FROM json_to_recordset(_documents) AS given(app text, stage text, sequence bigint, store text)
        WHERE given.store IS NULL AND given.app IS NOT NULL AND given.stage IS NOT NULL
            AND given.sequence IS NOT NULL GROUP BY given.app, given.stage
        ON CONFLICT (project, app, stage) DO UPDATE SET value = greatest(s.value, excluded.value);
    RETURN _count;
END $$;

CREATE FUNCTION {s}.remove(_project int, _leases json, _ids text[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM {s}.begin(_project);
    IF _leases IS NOT NULL THEN
        PERFORM {s}.fenced(_project, _leases);
    END IF;
    DELETE FROM {s}.document WHERE project = _project AND id = ANY (_ids);
    DELETE FROM {s}.output WHERE project = _project AND operation = ANY (_ids);
    DELETE FROM {s}.packed WHERE project = _project AND operation = ANY (_ids);
    DELETE FROM {s}.cancel WHERE project = _project AND run = ANY (_ids);
END $$;

CREATE FUNCTION {s}.ask_cancel(_project int, _run text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {s}.begin(_project);
    INSERT INTO {s}.cancel VALUES (_project, _run, clock_timestamp()) ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION {s}.write_output(_project int, _operation text, _numbers int[], _lines text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {s}.output SELECT _project, _operation, given.number, given.line
        FROM unnest(_numbers, _lines) AS given(number, line) ON CONFLICT DO NOTHING;
    PERFORM {s}.begin(_project);
END $$;

-- Put packed lines in the place of those of that operation and these numbers.
CREATE FUNCTION {s}.pack(_project int, _operation text, _numbers int[], _lines bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {s}.packed VALUES (
        _project, _operation, _numbers[1], _numbers[cardinality(_numbers)], _lines) ON CONFLICT DO NOTHING;
    -- Where another packs the same, only what is in its packet may go.
    IF FOUND THEN
        DELETE FROM {s}.output WHERE project = _project AND operation = _operation AND number = ANY (_numbers);
    END IF;
END $$;

CREATE FUNCTION {s}.drop_output(_project int, _operations text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {s}.begin(_project);
    DELETE FROM {s}.output WHERE project = _project AND operation = ANY (_operations);
    DELETE FROM {s}.packed WHERE project = _project AND operation = ANY (_operations);
END $$;

-- Take a lock and return its epoch; null if another has it. The same token may take it again.
CREATE FUNCTION {s}.acquire(_project int, _name text, _token bigint, _owner text, _seconds double precision)
RETURNS bigint LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _epoch bigint := {s}.held(_project, _name);
    _until timestamptz := clock_timestamp() + make_interval(secs => _seconds);
BEGIN
    IF _epoch IS NOT NULL THEN
        UPDATE {s}.holding SET expires = _until
            WHERE project = _project AND name = _name AND token = _token AND epoch = _epoch;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        UPDATE {s}.lock SET owner = _owner WHERE project = _project AND name = _name AND epoch = _epoch;
        RETURN _epoch;
    END IF;
    UPDATE {s}.project SET epoch = epoch + 1 WHERE key = _project RETURNING epoch INTO STRICT _epoch;
    IF {s}.held(_project, _name) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM {s}.holding WHERE project = _project
        AND (name = _name OR expires < clock_timestamp() - interval '1 day');
    DELETE FROM {s}.lock l WHERE l.project = _project AND NOT EXISTS (
        SELECT FROM {s}.holding h WHERE h.project = _project AND h.name = l.name);
    INSERT INTO {s}.lock VALUES (_project, _name, _epoch, _owner);
    INSERT INTO {s}.holding VALUES (
        _project, _name, _token, _epoch, clock_timestamp() + make_interval(secs => _seconds));
    RETURN _epoch;
END $$;

-- Have a part in a holding; false if it is over.
CREATE FUNCTION {s}.join(_project int, _name text, _epoch bigint, _token bigint, _seconds double precision)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM {s}.project WHERE key = _project FOR UPDATE;
    IF {s}.held(_project, _name) IS DISTINCT FROM _epoch THEN
        RETURN false;
    END IF;
    INSERT INTO {s}.holding AS h VALUES (
        _project, _name, _token, _epoch, clock_timestamp() + make_interval(secs => _seconds))
        ON CONFLICT (project, name, token) DO UPDATE SET epoch = excluded.epoch, expires = excluded.expires;
    RETURN true;
END $$;

CREATE FUNCTION {s}.renew(_project int, _name text, _epoch bigint, _token bigint, _seconds double precision)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {s}.holding SET expires = clock_timestamp() + make_interval(secs => _seconds)
        WHERE project = _project AND name = _name AND token = _token AND epoch = _epoch
            AND {s}.held(_project, _name) = _epoch;
    RETURN FOUND;
END $$;

-- Give up a part in a holding; with the last one the lock is free.
CREATE FUNCTION {s}.release(_project int, _name text, _epoch bigint, _token bigint) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM {s}.holding WHERE project = _project AND name = _name AND token = _token AND epoch = _epoch;
    IF {s}.held(_project, _name) IS NULL THEN
        DELETE FROM {s}.lock WHERE project = _project AND name = _name AND epoch = _epoch;
    END IF;
END $$;

-- Take a lock away from whoever has it, and return what that one wrote; null if it was free.
CREATE FUNCTION {s}.break_lock(_project int, _name text) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE _owner text;
BEGIN
    PERFORM FROM {s}.project WHERE key = _project FOR UPDATE;
    SELECT owner INTO _owner FROM {s}.lock
        WHERE project = _project AND name = _name AND {s}.held(_project, _name) IS NOT NULL;
    DELETE FROM {s}.holding WHERE project = _project AND name = _name;
    DELETE FROM {s}.lock WHERE project = _project AND name = _name;
    RETURN _owner;
END $$;
