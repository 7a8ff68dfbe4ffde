DROP INDEX `statement_of_a_day` ON `transactions`;--> statement-breakpoint
CREATE INDEX `day_of_an_account` ON `transactions` (`user_id`,`business_date`,`seq`,`sum`);