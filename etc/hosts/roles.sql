-- SPDX-License-Identifier: ISC
-- The roles of a bank of many hosts, see bankd-hosts(7).  Run once, as the
-- database's superuser:
--
--	psql -f roles.sql
--
-- One role that owns its database is enough:
CREATE ROLE bank LOGIN;
CREATE DATABASE bank OWNER bank;
REVOKE CONNECT ON DATABASE bank FROM PUBLIC;

-- Or two: `bank` makes the tables, by `bankctl hosts init` on one host, and
-- the hosts use another, which can't drop or change a lot.  After the init:
--
--	CREATE ROLE hosts LOGIN;
--	GRANT CONNECT ON DATABASE bank TO hosts;
--	\c bank
--	GRANT SELECT ON bank TO hosts;
--	GRANT SELECT, INSERT ON lot TO hosts;
--	GRANT SELECT, INSERT, UPDATE, DELETE ON host TO hosts;
