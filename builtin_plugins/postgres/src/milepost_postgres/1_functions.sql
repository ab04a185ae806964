-- Schema 1: what writes. {s} is the schema's name, {c} how the channels of its projects begin.
--
-- Whatever writes is one function and one transaction, so that a client that vanishes leaves nothing open. Each first
-- changes the row of its project and thereby waits for the others: positions are in the order of the commits, and who
-- has that row sees leases as they stay until its commit.

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

-- Refuse when one of the leases is not the present holding, and tell who has it.
CREATE FUNCTION {s}.fenced(_project int, _names text[], _epochs bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _name text;
    _owner text;
BEGIN
    SELECT lease.name INTO _name FROM unnest(_names, _epochs) AS lease(name, epoch)
        WHERE lease.epoch IS DISTINCT FROM {s}.held(_project, lease.name) LIMIT 1;
    IF FOUND THEN
        SELECT owner INTO _owner FROM {s}.lock
            WHERE project = _project AND name = _name AND epoch = {s}.held(_project, _name);
        RAISE EXCEPTION USING ERRCODE = 'MP001', MESSAGE = 'a lease was lost',
            DETAIL = json_build_object('name', _name, 'owner', _owner)::text;
    END IF;
END $$;

-- Values one by one and as few statements as can be: this is what every operation waits for. The second statement
-- sees what was committed while the first one waited for the project's row.
CREATE FUNCTION {s}.append(
    _project int, _names text[], _epochs bigint[], _writer bigint, _turn bigint, _id text, _kind text, _run text,
    _workspace text, _app text, _stage text, _status text, _verb text, _target text, _presence text, _user text,
    _commit text, _store text, _labels text[], _started timestamptz, _body text
) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _place record;
    _number bigint;
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    UPDATE {s}.project SET version = version + 1, position = position + 1,
        number = CASE _kind WHEN 'run' THEN number + 1 ELSE number END
        WHERE key = _project AND NOT EXISTS (SELECT FROM {s}.document WHERE project = _project AND id = _id)
        RETURNING position, number, pg_notify('{c}' || key, '') INTO _place;
    IF NOT FOUND THEN
        PERFORM {s}.fenced(_project, _names, _epochs);
        SELECT number INTO STRICT _number FROM {s}.document WHERE project = _project AND id = _id;
        RETURN _number;
    END IF;
    WITH of AS (
        SELECT _place.number AS number WHERE _kind = 'run'
        UNION ALL SELECT number FROM {s}.document WHERE _kind <> 'run' AND project = _project AND id = _run
    ), counted AS (
        INSERT INTO {s}.sequence AS s SELECT _project, _app, _stage, 1
            WHERE _kind = 'operation' AND _app IS NOT NULL AND _stage IS NOT NULL
            ON CONFLICT (project, app, stage) DO UPDATE SET value = s.value + 1 RETURNING s.value
    )
    INSERT INTO {s}.document SELECT
        _project, _place.position, _id, _kind, of.number, (SELECT value FROM counted), _run, _workspace, _app, _stage,
        _status, _verb, _target, _presence, _user, _commit, _store, _labels, _started, _writer, _turn, _body
        FROM of WHERE _names IS NULL OR NOT EXISTS (
            SELECT FROM unnest(_names, _epochs) AS lease(name, epoch) WHERE NOT EXISTS (
                SELECT FROM {s}.lock l JOIN {s}.holding h USING (project, name, epoch)
                WHERE l.project = _project AND l.name = lease.name AND l.epoch = lease.epoch
                    AND h.expires > clock_timestamp()))
        RETURNING number INTO _number;
    IF NOT FOUND THEN
        PERFORM {s}.fenced(_project, _names, _epochs);
        RAISE EXCEPTION USING ERRCODE = 'MP002', MESSAGE = 'no such run',
            DETAIL = json_build_object('id', _id, 'run', _run)::text;
    END IF;
    RETURN _number;
END $$;

CREATE FUNCTION {s}.amend(
    _project int, _names text[], _epochs bigint[], _writer bigint, _turn bigint, _documents json
) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE _missing text;
BEGIN
    PERFORM {s}.begin(_project);
    IF _names IS NOT NULL THEN
        PERFORM {s}.fenced(_project, _names, _epochs);
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

-- Add documents with their numbers, behind all that are there or, the first one last, before them.
CREATE FUNCTION {s}.admit(_project int, _writer bigint, _turn bigint, _documents json, _older boolean) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _position bigint := {s}.begin(_project);
    _first bigint := (SELECT first FROM {s}.project WHERE key = _project);
    _count bigint;
BEGIN
    INSERT INTO {s}.document
    SELECT _project, CASE WHEN _older THEN _first - row_number() OVER (ORDER BY given.place)
        ELSE _position + row_number() OVER (ORDER BY given.place) END, given.id, given.kind, given.number,
        given.sequence, given.run, given.workspace, given.app, given.stage, given.status, given.verb, given.target,
        given.presence, given."user", given.commit, given.store, given.labels, given.started, _writer, _turn, given.body
    FROM json_to_recordset(_documents) AS given(
        place int, number bigint, sequence bigint,
        id text, kind text, run text, workspace text, app text, stage text, status text, verb text, target text,
        presence text, "user" text, commit text, store text, labels text[], started timestamptz, body text)
    WHERE NOT EXISTS (SELECT FROM {s}.document d WHERE d.project = _project AND d.id = given.id);
    GET DIAGNOSTICS _count = ROW_COUNT;
    UPDATE {s}.project SET first = first - CASE WHEN _older THEN _count ELSE 0 END,
        position = position + CASE WHEN _older THEN 0 ELSE _count END, number = greatest(number, (
        SELECT max(given.number) FROM json_to_recordset(_documents) AS given(number bigint, store text)
        WHERE given.store IS NULL)) WHERE key = _project;
    INSERT INTO {s}.sequence AS s SELECT _project, given.app, given.stage, max(given.sequence)
        FROM json_to_recordset(_documents) AS given(app text, stage text, sequence bigint, store text)
        WHERE given.store IS NULL AND given.app IS NOT NULL AND given.stage IS NOT NULL
            AND given.sequence IS NOT NULL GROUP BY given.app, given.stage
        ON CONFLICT (project, app, stage) DO UPDATE SET value = greatest(s.value, excluded.value);
    RETURN _count;
END $$;

CREATE FUNCTION {s}.remove(_project int, _names text[], _epochs bigint[], _ids text[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM {s}.begin(_project);
    IF _names IS NOT NULL THEN
        PERFORM {s}.fenced(_project, _names, _epochs);
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
    -- A change, not only a lock of the row: one who reads as of an instant before must notice.
    UPDATE {s}.project SET epoch = epoch + 1 WHERE key = _project;
    SELECT owner INTO _owner FROM {s}.lock
        WHERE project = _project AND name = _name AND {s}.held(_project, _name) IS NOT NULL;
    DELETE FROM {s}.holding WHERE project = _project AND name = _name;
    DELETE FROM {s}.lock WHERE project = _project AND name = _name;
    RETURN _owner;
END $$;
