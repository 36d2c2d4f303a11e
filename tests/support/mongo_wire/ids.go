package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite"
)

// What FerretDB 1.24 writes into its queries for a document's _id. The index that it makes is on
// another expression of the same value, so that SQLite reads the whole table to find one _id.
const idExpression = `_ferretdb_sjson->'$._id'`

// Gives each collection the index by _id that a MongoDB server has.
func indexIds(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.sqlite"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := indexIdsIn(file); err != nil {
			return err
		}
	}
	return nil
}

func indexIdsIn(file string) error {
	database, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer database.Close()
	var statements []string
	rows, err := database.Query(`SELECT name FROM sqlite_schema WHERE type = 'table'
		AND name NOT LIKE '%ferretdb%' AND name NOT LIKE 'sqlite%'
		AND name || '_by_id' NOT IN (SELECT name FROM sqlite_schema WHERE type = 'index')`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		statements = append(statements, fmt.Sprintf("CREATE INDEX IF NOT EXISTS %q ON %q (%s)",
			table+"_by_id", table, idExpression))
	}
	if err := rows.Err(); err != nil || len(statements) == 0 {
		return err
	}
	_, err = database.Exec(strings.Join(statements, ";"))
	return err
}
