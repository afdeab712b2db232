-- What pg_dump keeps, and what works after pg_restore, for the extension and for the plain script alike
\getenv srcdir PG_ABS_SRCDIR
\set script :srcdir '/muster--1.0.sql'
\set contents :srcdir '/sql/restore_contents.psql'
\set proof :srcdir '/sql/restore_proof.psql'
set client_min_messages = warning;
drop database if exists regress_muster_from;
drop database if exists regress_muster_to;
drop role if exists regress_muster_owner;
create role regress_muster_owner;

create database regress_muster_from;
\c regress_muster_from
create extension muster;
\set ECHO none
\o /dev/null
\i :contents
\o
\set ECHO all
\c contrib_regression
create database regress_muster_to;
\! pg_dump -Fc regress_muster_from | pg_restore -e -d regress_muster_to
\c regress_muster_to
\i :proof
\c contrib_regression
drop database regress_muster_from;
drop database regress_muster_to;

create database regress_muster_from;
\c regress_muster_from
set client_min_messages = warning;
\set ECHO none
\o /dev/null
\i :script
\i :contents
\o
\set ECHO all
\c contrib_regression
create database regress_muster_to;
\! pg_dump -Fc regress_muster_from | pg_restore -e -d regress_muster_to
\c regress_muster_to
\i :proof
\c contrib_regression
drop database regress_muster_from;
drop database regress_muster_to;
drop role regress_muster_owner;
