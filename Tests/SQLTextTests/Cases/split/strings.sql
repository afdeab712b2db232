⟪select 'a;b', 'it''s; here', ''⟫;
⟪select 'backslash \'⟫; ⟪select ';'⟫;
⟪select E'escaped \'; here', e'\\'⟫; ⟪select 1⟫;
⟪select U&'d\0061t\+000061; \'⟫; ⟪select u&"d\0061;""t" from t⟫;
⟪select B'1;0', x'1;F', N'a;b'⟫;
