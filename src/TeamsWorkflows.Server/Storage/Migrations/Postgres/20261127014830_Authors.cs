using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Postgres
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
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "Authors",
                table: "Intakes",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<long>(
                name: "SuspectedAt",
                table: "Connections",
                type: "bigint",
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
