--
-- PostgreSQL database dump
--

\restrict QyJIPOX1I7FbGBpRuCP3zLn0Uqza2nzPqwG7bBhTvkRc8b7oFjEK4bWd1mFHZzT

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.at := now(); -- it's
  RETURN NEW;
END;
$$;

CREATE FUNCTION public.sum(a integer, b integer) RETURNS integer
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT CASE
            WHEN ($1 > 0) THEN $1
            ELSE 0
        END AS "case";
 SELECT ($1 + $2);
END;

CREATE TABLE public.things (
    id integer NOT NULL,
    note text DEFAULT 'a;b'::text
);

COPY public.things (id, note) FROM stdin;
1	it's \\. not the end
2	\N
3	a;b -- c /* d $$
\.


--
-- Name: things_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.things_id_seq', 3, true);
COPY public.things (id, note) FROM stdin;
\.

CREATE RULE quiet AS
    ON INSERT TO public.things DO ALSO ( NOTIFY things;
 SELECT 1;
);

--
-- PostgreSQL database dump complete
--

\unrestrict QyJIPOX1I7FbGBpRuCP3zLn0Uqza2nzPqwG7bBhTvkRc8b7oFjEK4bWd1mFHZzT

