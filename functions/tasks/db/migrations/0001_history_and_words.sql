CREATE TABLE `task_words` (
	`word` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`task_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `task_words_word_task_id_pk` PRIMARY KEY(`word`,`task_id`)
);
--> statement-breakpoint
ALTER TABLE `task_history` ADD `from_user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;--> statement-breakpoint
CREATE INDEX `words_of_a_task` ON `task_words` (`task_id`);--> statement-breakpoint
CREATE INDEX `taken_from` ON `task_history` (`from_user_id`,`at`);