{#-
  batch_ops.lock_waits: who waits for whom in this database, a row for each pair; blockers that wait for nobody come first.

  pg_blocking_pids() knows what a join of pg_locks with itself does not: which modes conflict, who only stands ahead in the
  queue, and that the processes of a parallel query are one. A prepared transaction has no process: it is pid 0 there, and
  is told here by its gid.
-#}
{% macro _engine_lock_waits() %}
create or replace function batch_ops.lock_waits()
returns table (
    blocked_pid integer,
    blocked_user name,
    blocked_application text,
    lock_type text,
    lock_mode text,
    relation text,
    waits_for text,
    waiting_seconds numeric,
    blocked_statement text,
    blocked_operation text,
    blocked_operation_id uuid,
    blocked_is_working boolean,
    blocking_pid integer,
    blocking_gid text,
    blocking_user name,
    blocking_application text,
    blocking_state text,
    blocking_transaction_seconds numeric,
    blocking_statement text,
    blocking_operation text,
    blocking_operation_id uuid,
    blocking_is_working boolean,
    blocker_waits boolean,
    command text
)
language sql
as $function$
    with recursive
    sessions as materialized (
        select
            activity.pid,
            activity.datid,
            activity.usename,
            activity.backend_start,
            activity.xact_start,
            activity.state,
            activity.query,
            -- Some processes are nobody's session: an autovacuum worker has no application.
            coalesce(
                nullif(activity.application_name, ''), nullif(activity.backend_type, 'client backend')
            ) as application,
            -- A client and a person know the process that leads a parallel query only.
            case activity.backend_type
                when 'parallel worker' then coalesce(activity.leader_pid, activity.pid)
                else activity.pid
            end as session_pid
        from pg_catalog.pg_stat_activity as activity
    ),

    locks as materialized (
        select * from pg_catalog.pg_locks
    ),

    waits as materialized (
        select distinct on (sessions.session_pid)
            sessions.session_pid,
            locks.*,
            -- Who waits for a row waits for the transaction that changed it; the row's table is told by the lock that
            -- keeps its place in the queue.
            coalesce(locks.relation, (
                select held.relation from locks as held
                where held.pid = locks.pid and held.locktype = 'tuple' and locks.locktype = 'transactionid'
                limit 1
            )) as relation_id
        from locks
        inner join sessions on locks.pid = sessions.pid
        where
            not locks.granted
            and sessions.datid = (
                select databases.oid from pg_catalog.pg_database as databases
                where databases.datname = pg_catalog.current_database()
            )
        order by sessions.session_pid, locks.waitstart nulls last
    ),

    pairs as materialized (
        select
            waits.session_pid as blocked_pid,
            blockers.pid as blocking_pid,
            pg_catalog.min(waits.waitstart) over (partition by blockers.pid) as blocking_since
        from waits
        cross join lateral (
            -- Once for each process of a parallel query.
            select distinct blocking.pid
            from pg_catalog.unnest(pg_catalog.pg_blocking_pids(waits.session_pid)) as blocking (pid)
        ) as blockers
    ),

    -- How far a blocker stands from one that waits for nobody. `union` drops what was there already, and there is an end
    -- to it, because sessions in a deadlock wait in a circle until the server notices.
    chains as (
        select roots.blocking_pid as pid, 0 as depth
        from pairs as roots
        where not exists (select 1 from waits where waits.session_pid = roots.blocking_pid)
        union
        select pairs.blocked_pid as pid, chains.depth + 1 as depth
        from chains
        inner join pairs on chains.pid = pairs.blocking_pid
        where chains.depth < 8 and exists (select 1 from pairs as next where next.blocking_pid = pairs.blocked_pid)
    ),

    depths as (
        select chains.pid, pg_catalog.max(chains.depth) as depth
        from chains
        group by chains.pid
    )

    select
        pairs.blocked_pid,
        blocked.usename,
        blocked.application,
        waits.locktype,
        waits.mode,
        relations.name,
        case
            when waits.locktype = 'advisory'
                then coalesce(
                    batch_ops.advisory_lock_name(waits.classid, waits.objid, waits.objsubid),
                    pg_catalog.format('advisory lock (%s, %s)', waits.classid, waits.objid)
                )
            when waits.locktype in ('transactionid', 'tuple') and relations.name is not null
                then 'a row of ' || relations.name
            when waits.locktype = 'transactionid'
                then pg_catalog.format('a row or key that transaction %s has written', waits.transactionid)
            when waits.locktype = 'virtualxid' then 'the end of transaction ' || waits.virtualxid
            else coalesce(
                relations.name,
                waits.locktype || coalesce(' ' || waits.relation::text, ' ' || waits.objid::text, '')
            )
        end,
        -- The start is written a moment after the wait has begun.
        coalesce(extract(epoch from pg_catalog.clock_timestamp() - waits.waitstart), 0),
        batch_ops.one_line(blocked.query),
        blocked_run.operation,
        blocked_run.operation_id,
        blocked_run.is_working,
        nullif(pairs.blocking_pid, 0),
        prepared.gid,
        coalesce(blocking.usename, prepared.owner),
        blocking.application,
        case pairs.blocking_pid when 0 then 'prepared' else blocking.state end,
        extract(epoch from pg_catalog.clock_timestamp() - coalesce(blocking.xact_start, prepared.prepared)),
        batch_ops.one_line(blocking.query),
        blocking_run.operation,
        blocking_run.operation_id,
        blocking_run.is_working,
        exists (select 1 from waits as others where others.session_pid = pairs.blocking_pid),
        case
            when pairs.blocking_pid <> 0 then pg_catalog.format('select pg_terminate_backend(%s)', pairs.blocking_pid)
            when prepared.gid is not null then pg_catalog.format('rollback prepared %L', prepared.gid)
        end
    from pairs
    inner join waits on pairs.blocked_pid = waits.session_pid
    inner join sessions as blocked on pairs.blocked_pid = blocked.pid
    left join sessions as blocking on pairs.blocking_pid = blocking.pid
    left join lateral (
        select pg_catalog.format('%I.%I', schemas.nspname, classes.relname) as name
        from pg_catalog.pg_class as classes
        inner join pg_catalog.pg_namespace as schemas on classes.relnamespace = schemas.oid
        -- The blocked session is one of this database, and so is what it waits for.
        where classes.oid = waits.relation_id
    ) as relations on true
    left join lateral (
        select transactions.gid, transactions.owner, transactions.prepared
        from pg_catalog.pg_prepared_xacts as transactions
        where exists (
            select 1
            from locks as own
            inner join locks as held on own.virtualtransaction = held.virtualtransaction
            where
                -- Every transaction holds the lock of its own id: the way from its other locks to its name.
                own.transactionid = transactions.transaction
                and own.pid is null
                and own.granted
                and held.pid is null
                and held.granted
                and held.locktype = waits.locktype
                and held.database is not distinct from waits.database
                and held.relation is not distinct from waits.relation
                and held.page is not distinct from waits.page
                and held.tuple is not distinct from waits.tuple
                and held.virtualxid is not distinct from waits.virtualxid
                and held.transactionid is not distinct from waits.transactionid
                and held.classid is not distinct from waits.classid
                and held.objid is not distinct from waits.objid
                and held.objsubid is not distinct from waits.objsubid
        )
    ) as prepared on pairs.blocking_pid = 0
    left join lateral batch_ops.run_of_session(blocked.pid, blocked.backend_start) as blocked_run on true
    left join lateral batch_ops.run_of_session(blocking.pid, blocking.backend_start) as blocking_run on true
    left join depths on pairs.blocking_pid = depths.pid
    -- A blocker that has ended since it was asked for is none.
    where pairs.blocking_pid = 0 or blocking.pid is not null
    order by depths.depth nulls last, pairs.blocking_since, pairs.blocking_pid, waits.waitstart nulls last, pairs.blocked_pid
$function$
{% endmacro %}
