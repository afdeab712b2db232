select ⚠E'never \';
