ALTER TABLE `transactions` ADD INDEX `sums_of_a_day` (`business_date`,`posting`,`user_id`,`sum`), DROP INDEX `rows_of_a_day`;
