GRANT SELECT, INSERT, UPDATE ON accounts TO 'accounts'@'%';
GRANT SELECT, INSERT ON transactions TO 'accounts'@'%';
GRANT SELECT, INSERT, UPDATE ON day_totals TO 'accounts'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO 'accounts'@'%';
