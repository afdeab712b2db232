select 'space'; /* c */
