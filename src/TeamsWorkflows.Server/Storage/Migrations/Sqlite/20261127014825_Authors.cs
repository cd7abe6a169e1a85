using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Authors : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Authors",
                table: "Schedules",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Authors",
                table: "Intakes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "SuspectedAt",
                table: "Connections",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Authors",
                table: "Schedules");

            migrationBuilder.DropColumn(
                name: "Authors",
                table: "Intakes");

            migrationBuilder.DropColumn(
                name: "SuspectedAt",
                table: "Connections");
        }
    }
}
