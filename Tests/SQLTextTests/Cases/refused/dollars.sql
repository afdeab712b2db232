do ⚠$été$ begin end $ete$;
