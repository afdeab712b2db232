⟪select 1⟫;
⟪\i other.sql⟫
⟪select 2⟫;
⟪\restrict abc⟫
