CREATE TABLE `sign_ins` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`email_key` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`tried_at` datetime(3) NOT NULL,
	`ok` boolean NOT NULL,
	`user_agent` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `sign_ins_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
ALTER TABLE `sessions` ADD `renewed_at` datetime(3);--> statement-breakpoint
ALTER TABLE `sessions` ADD `user_agent` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `log_of_an_email` ON `sign_ins` (`email_key`,`tried_at`,`id`);--> statement-breakpoint
CREATE INDEX `oldest` ON `sign_ins` (`tried_at`);