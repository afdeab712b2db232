select ⚠"";
