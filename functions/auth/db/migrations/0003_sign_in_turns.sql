CREATE TABLE `sign_in_turns` (
	`turn` int unsigned NOT NULL,
	CONSTRAINT `sign_in_turns_turn` PRIMARY KEY(`turn`)
);
