package main

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed slurm.sh.tmpl
var slurmText string

var slurmTemplate = template.Must(template.New("slurm").Parse(slurmText))

// script is a shell script that submits the run to Slurm. Arguments pass two shells, that of the script and that of the job.
func (s *slurmCommand) script(set []string) (string, error) {
	dir := runDir(s.Out, s.Config)
	args := quote(s.Config) + " --out " + quote(dir)
	for _, o := range set {
		args += " --set " + quote(o)
	}
	options := ""
	for _, o := range s.Option {
		options += " " + quote(o)
	}
	name := strings.TrimSuffix(filepath.Base(s.Config), filepath.Ext(s.Config))
	var b strings.Builder
	err := slurmTemplate.Execute(&b, map[string]any{
		"Command": fmt.Sprintf("pipeline slurm %s -n %d", strings.ReplaceAll(s.Config, "\n", " "), s.N),
		"N":       s.N, "Concurrent": min(s.Concurrent, s.N), "CPUs": s.CPUs, "Time": quote(s.Time), "Name": quote(name),
		"Logs": quote(filepath.Join(dir, "logs")), "Options": options, "Args": inDoubleQuotes.Replace(args),
	})
	return b.String(), err
}

// inDoubleQuotes protects text from the shell inside double quotes.
var inDoubleQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`")
