⟪create table "a;b""c" (a$b$c int, "$$" int, é int, 数字$1 int)⟫;
⟪select a$b$c from t⟫; ⟪select $1, $2$3⟫;
